"""Fetching models: several sources, resumed after anything, verified before they count."""
