"""The shared kernel: how every service speaks HTTP, stores, queues, mails and logs. No tables, no word of the domain."""
