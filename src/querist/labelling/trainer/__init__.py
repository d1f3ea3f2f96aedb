"""The process that trains the model, ranks the rows and tells its figures."""
