"""A document and, beside it, the records of a terminal that stand behind it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QListWidget,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.explain import word
from app.services.archive import HOST
from app.ui.language import Language
from app.ui.screens.stock.evidence import Proof, RawRecord
from app.ui.screens.stock.moves import KIND_NAMES
from app.ui.theme import size
from app.ui.widgets.raw_view import RawView
from app.ui.widgets.text import CutText, Text

QUANTITY_COLUMN = 3


class ProofPage(QSplitter):
    """Left: the document and its lines. Right: its records, decoded and byte by byte."""

    def __init__(self, t: Language, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._t = t
        self._proof: Proof | None = None
        self._line_no = 0
        self._title = CutText("heading")
        self._facts = Text("muted", wrap=True)
        self._lines = _grid(5)
        self._records_title = CutText("strong")
        self._records = QListWidget()
        self._fields = _grid(2)
        self._raw = RawView()
        self._nothing = Text("muted", wrap=True)
        self._records.currentRowChanged.connect(self._show_record)
        self.addWidget(_panel(self._title, self._facts, self._lines))
        self.addWidget(
            _panel(self._records_title, self._nothing, self._records, self._fields, self._raw)
        )
        self.setChildrenCollapsible(False)
        self.setSizes([540, 600])

    @property
    def raw_text(self) -> str:
        return self._raw.toPlainText()

    def show_proof(self, proof: Proof, line_no: int) -> None:
        """Show a document with its line `line_no` picked out."""
        self._proof = proof
        self._line_no = line_no
        self.retranslate()
        if proof.records:
            self._records.setFocus()

    def retranslate(self) -> None:
        t, proof = self._t, self._proof
        self._raw.setAccessibleName(t("The record as the terminal sent it"))
        self._records.setAccessibleName(t("Records of the terminal"))
        self._fields.setAccessibleName(t("What the record says"))
        self._lines.setAccessibleName(t("Lines of the document"))
        self._lines.setHorizontalHeaderLabels(
            [t("Line"), t("Code"), t("Product"), t("Quantity"), t("Lot")]
        )
        self._fields.setHorizontalHeaderLabels([t("Field"), t("Value")])
        if proof is not None:
            self._show_document(proof)
            self._list_records(proof)

    def _show_document(self, proof: Proof) -> None:
        t, document = self._t, proof.document
        self._title.setText(f"{t(KIND_NAMES[document.kind.value])} {document.number or ''}")
        facts = [
            t("State: {state}", state=word(document.state, t.translator)),
            t("Business day {day}", day=t.date(document.business_date)),
            t("Entered by {user}", user=document.created_by),
        ]
        if document.note:
            facts.append(document.note)
        self._facts.setText(" · ".join(facts))
        self._lines.setRowCount(len(document.lines))
        for number, line in enumerate(document.lines):
            cells = (
                str(line.line_no),
                line.product_code,
                proof.names.get(line.product_code, ""),
                t.number(line.qty),
                line.lot_code or "–",
            )
            _fill(self._lines, number, cells)
            if line.line_no == self._line_no:
                self._lines.selectRow(number)

    def _list_records(self, proof: Proof) -> None:
        t = self._t
        self._records_title.setText(self._title_of_records(proof.records))
        self._nothing.setVisible(not proof.records)
        self._nothing.setText(t("No terminal: this document was entered at the desk."))
        for part in (self._records, self._fields, self._raw):
            part.setVisible(bool(proof.records))
        self._records.clear()
        for record in proof.records:
            evidence = record.evidence
            self._records.addItem(
                t("Command at the desk, entry {batch} of the journal", batch=evidence.batch_no)
                if evidence.terminal_no == HOST
                else t(
                    "{kind}, terminal {terminal}, record {seq} of batch {batch}",
                    kind=record.kind,
                    terminal=evidence.terminal_no,
                    seq=evidence.seq if evidence.seq is not None else "?",
                    batch=evidence.batch_no,
                )
                + self._typed(evidence.typed_by)
            )
        self._records.setFixedHeight(size("row") * min(4, max(1, len(proof.records))) + 8)
        self._records.setCurrentRow(self._record_of_line(proof.records))

    def _typed(self, user: str | None) -> str:
        return "" if user is None else " · " + self._t("typed by {user}", user=user)

    def _title_of_records(self, records: tuple[RawRecord, ...]) -> str:
        t = self._t
        if any(record.evidence.typed_by is not None for record in records):
            return t("What was typed from paper")
        if any(record.evidence.terminal_no == HOST for record in records):
            return t("What was done at the desk")
        return t("What the terminal sent")

    def _record_of_line(self, records: tuple[RawRecord, ...]) -> int:
        wanted = ("line", str(self._line_no))
        return next((n for n, record in enumerate(records) if wanted in record.fields), 0)

    def _show_record(self, number: int) -> None:
        if self._proof is None or not 0 <= number < len(self._proof.records):
            return
        record = self._proof.records[number]
        from_file = [(each.name, each.text) for each in record.lines]
        rows = (*from_file, *record.fields)
        self._fields.setRowCount(len(rows))
        for row, cells in enumerate(rows):
            _fill(self._fields, row, cells)
        self._raw.show_bytes(record.data, record.evidence.byte_offset)


def _grid(columns: int) -> QTableWidget:
    grid = QTableWidget(0, columns)
    grid.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    grid.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    grid.setShowGrid(False)
    grid.setWordWrap(False)
    grid.setTabKeyNavigation(False)
    grid.verticalHeader().hide()
    grid.verticalHeader().setDefaultSectionSize(size("row"))
    header = grid.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setStretchLastSection(True)
    header.setHighlightSections(False)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    return grid


def _fill(grid: QTableWidget, row: int, cells: tuple[str, ...]) -> None:
    for column, words in enumerate(cells):
        item = QTableWidgetItem(words)
        if column == QUANTITY_COLUMN and len(cells) > QUANTITY_COLUMN:
            item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        grid.setItem(row, column, item)


def _panel(*parts: QWidget) -> QFrame:
    panel = QFrame()
    panel.setObjectName("panel")
    layout = QVBoxLayout(panel)
    layout.setContentsMargins(12, 10, 12, 12)
    layout.setSpacing(8)
    for part in parts:
        stretch = 1 if isinstance(part, QTableWidget | RawView) else 0
        layout.addWidget(part, stretch)
    return panel
