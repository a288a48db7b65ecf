"""How each action of the model is done at EC2."""
