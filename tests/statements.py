"""Bank statements for tests: a CSV of ING with the lines that matter."""

HEADER = ('"Datum";"Naam / Omschrijving";"Rekening";"Tegenrekening";"Code";"Af Bij";"Bedrag (EUR)";"Mutatiesoort";"Mededelingen";'
          '"Saldo na mutatie";"Tag"\n')


def line(amount="49,95", text="", name="S. de Boer", iban="NL91ABNA0417164300", day="20261120", account="NL20INGB0001234567"):
    """Money that came in; with a minus: went out."""
    direction = "Af" if amount.startswith("-") else "Bij"
    cells = (day, name, account, iban, "OV", direction, amount.removeprefix("-"), "Overschrijving", text, "0,00", "")
    return ";".join(f'"{cell}"' for cell in cells) + "\n"


def statement(*lines):
    return (HEADER + "".join(lines)).encode()
