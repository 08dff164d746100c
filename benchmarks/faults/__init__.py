"""What is lost, doubled or left unmailed when everything around the forms fails at random: nothing may be."""
