"""How mails leave: through a mail server, in its time, or into a folder where there is none."""
