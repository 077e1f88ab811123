"""Asking a checkpoint through transformers' own `generate`."""
