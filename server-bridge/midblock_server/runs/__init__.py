"""The durable record of runs, and the thread that trains them."""
