"""A stand-in for the five services of cortex: it answers, keeps files, and fails when it is told to."""
