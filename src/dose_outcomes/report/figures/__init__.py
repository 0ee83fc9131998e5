"""Figures: functions from released rows to Altair charts, one small module each."""
