"""What the function weighs beside others that do the same job, in one run on one machine."""
