"""Prompts that are used again: templates with fields, and what a person has asked for before."""
