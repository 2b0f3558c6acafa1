"""The screens, in the order of the menu."""

from app.domain.rights import Right
from app.i18n import N_
from app.ui.screens.deliveries import DeliveriesScreen
from app.ui.screens.docking.board import DockingScreen
from app.ui.screens.entry import ScreenEntry
from app.ui.screens.masters.screen import CustomersScreen, MastersScreen
from app.ui.screens.orders.screen import OrdersScreen
from app.ui.screens.profiles.screen import ProfilesScreen
from app.ui.screens.quarantine import QuarantineScreen
from app.ui.screens.returns.screen import ReturnsScreen
from app.ui.screens.stock.screen import StockScreen
from app.ui.screens.terminals.screen import TerminalsScreen

SCREENS: tuple[ScreenEntry, ...] = (
    ScreenEntry("docking", N_("Docking"), "plug-zap", Right.DOCK, DockingScreen),
    ScreenEntry("orders", N_("Orders"), "clipboard-list", Right.POST_ORDERS, OrdersScreen),
    ScreenEntry("deliveries", N_("Deliveries"), "truck", Right.PRINT, DeliveriesScreen),
    ScreenEntry("returns", N_("Returns"), "undo-2", Right.POST_RETURNS, ReturnsScreen),
    ScreenEntry("stock", N_("Stock"), "warehouse", Right.REPORT, StockScreen),
    ScreenEntry("customers", N_("Customers & routes"), "map-pin", Right.REPORT, CustomersScreen),
    ScreenEntry("masters", N_("Master data"), "database", Right.REPORT, MastersScreen),
    ScreenEntry("quarantine", N_("Quarantine"), "shield-alert", Right.RESOLVE, QuarantineScreen),
    ScreenEntry("terminals", N_("Terminals"), "smartphone", Right.DOCK, TerminalsScreen),
    ScreenEntry("profiles", N_("Format profiles"), "file-text", Right.PAIR, ProfilesScreen),
)
