"""One profile per source; a module beside it reads what a profile alone cannot."""
