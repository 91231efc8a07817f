"""What could be better in a pipeline, from its description alone: findings, each with its price."""
