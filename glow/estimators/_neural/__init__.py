"""Learned critics: the trainer that `MINE`, `NWJ`, `InfoNCE` and `SMILE` share."""
