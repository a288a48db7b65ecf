"""Operations without a database."""
