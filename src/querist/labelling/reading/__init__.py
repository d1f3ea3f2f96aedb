"""A project as it is read: rows, filters, insights, figures."""
