"""Group robots (群机器人): ways out to the chat groups of departments, one vendor a module."""
