"""Take rows over from files as others write them: registries' exports, spreadsheets with headings of their own."""
