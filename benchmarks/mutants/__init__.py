"""Does `microsite infra check` name what is dangerous, and only that? Thousands of single edits of our templates."""
