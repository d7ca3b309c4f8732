"""What has no subject of its own: days, money, and helpers of API, admin, database."""

VERSION = "0.1.0"
