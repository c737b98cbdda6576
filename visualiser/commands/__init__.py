"""The commands of `hamstring`, a module for each kind of work. Each has `add_to(app)`; none imports at the top what only its work needs."""
