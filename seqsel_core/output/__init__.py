"""Write the output folder of a run."""
