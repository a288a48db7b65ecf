"""Who may do what. Today one local principal who may do everything; every route already asks."""
