"""Labels that other programs wrote: read, matched with the rows of a project."""
