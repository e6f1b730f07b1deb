"""Payment providers: what each is called, what its owner enters, and how its account is opened."""
