"""The labelling page's server: HTTP in, HTTP out; what happens is decided in `querist.labelling`."""
