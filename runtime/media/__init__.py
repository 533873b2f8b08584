"""Turns files a person gives into plain pixels, in a process that outlives no job."""
