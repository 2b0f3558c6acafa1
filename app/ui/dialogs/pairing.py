"""Makes a handheld a terminal of this branch: by a code that it scans, or by comparing digits."""

from concurrent.futures import Future

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.errors import PortError
from app.i18n import N_
from app.services.pairing import Code
from app.ui.dialogs.carriers import Carriers, read_carriers
from app.ui.dialogs.pairing_form import PairingForm
from app.ui.dialogs.pairing_job import Talk, Wish, start_pairing
from app.ui.dock_watcher import DockWatcher
from app.ui.messages import in_words
from app.ui.tasks import Job
from app.ui.widgets.qr_code import QrCode
from app.ui.widgets.text import Text
from app.ui.workplace import Workplace
from drivers.contract import Place

FORM, CODE, DIGITS, END = range(4)
_TICK_MS = 250
_SIGN_PX = 64
_STAGES = {
    "scan": N_("Waiting until the handheld asks to be paired"),
    "connect": N_("Asking who is there"),
    "decide": N_("Waiting for your answer"),
}


class PairingDialog(QDialog):
    """`paired` carries the number of the terminal that may dock from now on."""

    paired = Signal(int)

    def __init__(
        self,
        workplace: Workplace,
        watcher: DockWatcher,
        parent: QWidget | None = None,
        *,
        number: int = 0,
        port: str = "",
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(520)
        self._workplace = workplace
        self._t = workplace.language
        self._watcher = watcher
        self._job: Job | None = None
        self._wish: Wish | None = None
        self._until_ms = 0
        self._answer: Future[bool] | None = None
        self.form = PairingForm(workplace.theme, self._t, number, port)
        self.code = QrCode()
        self.heading = Text("heading", wrap=True)
        self.digits = Text("display")
        self.sign = Text()
        self.sentence = Text("", wrap=True)
        self.stage = Text("muted")
        self.left = Text("muted")
        self.back, self.differ = QPushButton(), QPushButton()
        self.go, self.agree = QPushButton(), QPushButton()
        self._pages = QStackedWidget()
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self._show_left)
        self._lay_out()
        self._connect()
        self._show(FORM)
        workplace.read(read_carriers, self._offer, self._fail)
        self.form.offer_ports(watcher.ports)

    @property
    def page(self) -> int:
        """FORM, CODE, DIGITS or END."""
        return self._pages.currentIndex()

    def begin(self) -> None:
        """Ask the handheld at the chosen port until it is paired, or nobody waits any more."""
        wish = self.form.wish
        if wish is None or self._job is not None:
            return
        self._wish = wish
        self._until_ms = 0
        self.code.show_text("")
        self.digits.setText("")
        self._show(CODE if wish.by_code else DIGITS)
        self._watcher.hold(wish.port)
        talk = Talk()
        talk.begun.connect(self._show_code)
        talk.asked.connect(self._ask)
        self._job = start_pairing(
            self._workplace,
            wish,
            talk,
            done=self._finish,
            failed=self._fail,
            progress=lambda _done, _total, stage: self._show_stage(stage),
        )
        self._tick.start()

    def done(self, result: int) -> None:
        """Closing the dialog in any way ends the waiting."""
        self._let_go()
        super().done(result)

    def _lay_out(self) -> None:
        t = self._t
        self.setWindowTitle(t("Pair a handheld"))
        self.code.setAccessibleName(t("Code to be scanned by the handheld"))
        for button, word in (
            (self.back, t("Cancel")),
            (self.differ, t("They differ")),
            (self.agree, t("They agree")),
        ):
            button.setText(word)
            button.setAccessibleName(word)
        for button in (self.go, self.agree):
            button.setProperty("role", "primary")
        self.differ.setProperty("role", "danger")
        self.digits.setAlignment(Qt.AlignmentFlag.AlignCenter)
        scan = QWidget()
        middle = QHBoxLayout(scan)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.addWidget(self.code)
        self.sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for page in (self.form, scan, self.digits, self.sign):
            self._pages.addWidget(page)
        foot = QHBoxLayout()
        foot.addWidget(self.back)
        foot.addStretch(1)
        for button in (self.differ, self.agree, self.go):
            foot.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        for part in (self.heading, self.sentence, self._pages, self.stage, self.left):
            layout.addWidget(part)
        layout.addLayout(foot)

    def _connect(self) -> None:
        self.back.clicked.connect(self.reject)
        self.go.clicked.connect(self._go_on)
        self.agree.clicked.connect(lambda: self._reply(True))
        self.differ.clicked.connect(lambda: self._reply(False))
        self.form.changed.connect(self._show_ready)
        self._watcher.listed.connect(lambda: self.form.offer_ports(self._watcher.ports))

    def _offer(self, carriers: Carriers) -> None:
        self.form.offer(carriers)
        self.form.number.setFocus()
        self.form.number.selectAll()

    def _go_on(self) -> None:
        if self.page == FORM:
            self.begin()
        elif self.page == END:
            self._show(FORM)
            self.form.number.setFocus()

    def _show(self, page: int) -> None:
        t, port = self._t, self._wish.port if self._wish else ""
        self._pages.setCurrentIndex(page)
        waiting = page in (CODE, DIGITS)
        self.stage.setVisible(waiting)
        self.stage.setText("")
        self.left.setVisible(waiting)
        self.left.setText("")
        self.differ.setVisible(False)
        self.agree.setVisible(False)
        self.go.setVisible(page in (FORM, END))
        self.back.setText(t("Close") if page == END else t("Cancel"))
        self.back.setAccessibleName(self.back.text())
        if page == FORM:
            self.heading.setText(t("Pair a handheld"))
            self.sentence.setText(
                t("Say what it is to become. Then open the pairing screen on the handheld.")
            )
            self.go.setText(t("Begin"))
        elif page == CODE:
            self.heading.setText(t("Scan this with the handheld"))
            self.sentence.setText(
                t("It stays plugged in at {port}. The code is good once, for it alone.", port=port)
            )
        elif page == DIGITS:
            self.heading.setText(t("Compare digits"))
            self.sentence.setText(
                t("Choose pairing by digits on the handheld at {port}.", port=port)
            )
        self.go.setAccessibleName(self.go.text())
        # Enter pressed too early must not end the waiting.
        self.back.setAutoDefault(page == END)
        self._show_ready()

    def _show_ready(self) -> None:
        self.go.setEnabled(self.page == END or self.form.wish is not None)
        self.go.setDefault(self.page == FORM)

    def _show_code(self, code: Code | None, until_ms: int) -> None:
        self._until_ms = until_ms
        if code is not None:
            self.code.show_text(code.text)
        self._show_left()

    def _show_stage(self, stage: str) -> None:
        if stage in _STAGES:
            self.stage.setText(self._t(_STAGES[stage]))

    def _show_left(self) -> None:
        if self._until_ms:
            left_s = max(0, self._until_ms - self._workplace.clock.now_ms()) // 1000
            clock = f"{left_s // 60}:{left_s % 60:02}"
            self.left.setText(self._t("Still good for {time}", time=clock))

    def _ask(self, digits: str, answer: "Future[bool]") -> None:
        self._answer = answer
        self.digits.setText(f"{digits[:4]} {digits[4:]}")
        self.digits.setAccessibleName(" ".join(digits))
        self.sentence.setText(self._t("Does the handheld show the same digits?"))
        self.differ.setVisible(True)
        self.agree.setVisible(True)
        # Whoever presses Enter without looking has not compared anything.
        self.differ.setFocus()

    def _reply(self, same: bool) -> None:
        if self._answer is not None:
            self._answer.set_result(same)
            self._answer = None
        self.differ.setVisible(False)
        self.agree.setVisible(False)

    def _finish(self, place: Place) -> None:
        t = self._t
        self._let_go()
        self._show(END)
        self.sign.setPixmap(self._workplace.theme.pixmap("circle-check", "ok", _SIGN_PX))
        self.heading.setText(t("Terminal {n} is paired", n=place.terminal))
        self.sentence.setText(
            t("Leave it plugged in: it is docked now, and whenever it is plugged in again.")
        )
        self.go.setVisible(False)
        self.back.setFocus()
        self.paired.emit(place.terminal)

    def _fail(self, error: BaseException) -> None:
        t = self._t
        late = bool(self._until_ms) and self._workplace.clock.now_ms() > self._until_ms
        self._let_go()
        self._show(END)
        self.sign.setPixmap(self._workplace.theme.pixmap("circle-x", "bad", _SIGN_PX))
        self.heading.setText(t("Not paired"))
        words = in_words(error, t)
        if late and isinstance(error, PortError):
            words = t(
                "No handheld asked to be paired in time. Open its pairing screen, then begin again."
            )
        self.sentence.setText(words)
        self.go.setText(t("Try again"))
        self.go.setAccessibleName(self.go.text())
        self.go.setFocus()

    def _let_go(self) -> None:
        """End the work, if it goes on, and let the port be docked again."""
        self._tick.stop()
        job, self._job, self._answer = self._job, None, None
        if job is not None and self._wish is not None:
            job.cancel()
            self._watcher.free(self._wish.port)
