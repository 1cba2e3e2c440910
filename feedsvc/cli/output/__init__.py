"""What commands print: tables, reports, problems, and accounts of the folder."""
