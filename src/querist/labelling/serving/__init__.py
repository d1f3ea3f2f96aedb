"""A project that is being labelled: the queue, what people do, who is told."""
