"""Search against its peers, on judged collections and on generated ones."""
