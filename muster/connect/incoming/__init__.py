"""What gateways call: checked, kept, answered, and then applied."""
