"""Pictures: how things look, from where, what is written beside them and where; stills, sheets, figures and curves."""
