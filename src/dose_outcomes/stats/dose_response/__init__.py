"""Dose response: candidate shapes, multiple contrast tests, fitted models (MCP-Mod)."""
