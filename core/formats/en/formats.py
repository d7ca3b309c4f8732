"""How Django writes days and instants by itself, as in the admin: as our columns do."""

DATE_FORMAT = "Y-m-d"
DATETIME_FORMAT = r"Y-m-d H:i \U\T\C"
