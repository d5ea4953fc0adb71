"""Minutes as people write them, taken into the action table: rules alone, no service. Pure, but for ``reading``."""
