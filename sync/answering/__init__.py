"""What people answer to reminders by mail: proposals that stand beside their rows until somebody edits them."""
