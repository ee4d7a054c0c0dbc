"""What a worker process does about itself: its budget, its lease, its presence."""
