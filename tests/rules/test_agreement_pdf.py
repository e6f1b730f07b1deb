"""What can be read in the PDF is what stands on the page it was made of: every amount, as often."""

from io import BytesIO

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lxml import etree
from pypdf import PdfReader

from models import Regime
from plugins.documents import pdf
from rules import printing
from rules.document_kinds import FORMATS
from tests import any_sale
from tests.agreement import made, must_agree
from tests.read_paper import AMOUNT, cents

pytestmark = [pytest.mark.row("S21"), pytest.mark.thorough, pytest.mark.once]
SALES = st.builds(any_sale.sale, any_sale.CONTENT, regime=st.sampled_from([*Regime, "standard", "standard"]), prices_include_vat=st.booleans(),
                  language=st.sampled_from(("nl", "en")))


def amounts(text):
    return sorted(map(cents, AMOUNT.findall(" ".join(text.split()))))


@pytest.mark.parametrize("format", ["receipt_80", "receipt_58", "receipt_a4", "invoice"])
def test_a_pdf_has_every_amount_of_its_page(seller, format):
    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(SALES)
    def any_of_them(sale):
        of = made(sale, seller)
        must_agree(of, ["invoice"])
        page = printing.html(of.document(FORMATS[format].kind), format)
        file = PdfReader(BytesIO(pdf.make(page, paper=FORMATS[format].paper, stylesheet=printing.STYLES, embedded=None)))
        on_page = amounts(" ".join(etree.HTML(page).find("body").itertext()))
        assert len(on_page) > 2 and amounts(" ".join(each.extract_text() for each in file.pages)) == on_page

    any_of_them()
