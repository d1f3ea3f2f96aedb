"""Work that a server hands to a process of its own: exports, the model, files of labels."""
