"""The inventory room: what mcm knows of every cloud, listed, counted, exported, and asked as of any instant."""
