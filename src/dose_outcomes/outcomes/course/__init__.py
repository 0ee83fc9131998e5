"""Who the patients were, what they took, how long they stayed and how their scores went, as results."""
