"""Payments: schedule, requests, orders, payments and repayments of an award."""
