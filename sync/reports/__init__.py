"""The tabs that coordinators read: figures of judged tables, and what shows them."""
