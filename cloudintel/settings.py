"""All settings, from the environment alone. `.env.example` describes each variable."""

import os
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import django_stubs_ext

from cloudintel.beat_schedule import BEAT_SCHEDULE
from cloudintel.environment import (
    CONNECT_SECONDS,
    EMAIL,
    FROM,
    HOST,
    HOST_LABEL,
    ORIGIN,
    PATH,
    boolean,
    broker_options,
    broker_tls,
    broker_url,
    cache_url,
    certificates,
    daily_at,
    database,
    days,
    directory,
    dollars,
    endpoint,
    env,
    given,
    listed,
    numbers,
    one_of,
    positive,
    private_directory,
    read_env_file,
    secret,
    stored_secret,
    text,
    texts,
    time_of_day,
    url,
)
from cloudintel.installed import INSTALLED_APPS as INSTALLED_APPS
from cloudintel.installed import MIDDLEWARE as MIDDLEWARE
from cloudintel.logs import logging_settings
from core.api.framework import FRAMEWORK
from dashboard.admin_theme import UNFOLD as UNFOLD
from dashboard.api_description import SPECTACULAR

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

read_env_file("ENV_FILE", default=BASE_DIR / ".env")

# It holds the database, the secret key, the queue and static files.
STATE_DIR = private_directory("STATE_DIR", default=BASE_DIR / "var")

DEBUG = boolean("DEBUG", default=False)
SIGNS_IN = "signs in as anybody"
SECRET_KEY = secret("SECRET_KEY", SIGNS_IN) or stored_secret(STATE_DIR / "secret_key")
# Where a proxy shows it, such as /cloudintel; with or without the prefix that remains.
SCRIPT_NAME = text("SCRIPT_NAME", "", PATH, "a path such as /cloudintel").rstrip("/")
FORCE_SCRIPT_NAME = SCRIPT_NAME or None
ALLOWED_HOSTS = texts(
    "ALLOWED_HOSTS",
    default=["localhost", "127.0.0.1", "[::1]"],
    pattern=HOST,
    expected="host names",
)
# They say nothing about users or data without a token, and link to nothing.
MONITORED_ADDRESSES = ["/health", "/status", "/metrics"]
CSRF_TRUSTED_ORIGINS = texts(
    "CSRF_TRUSTED_ORIGINS", [], ORIGIN, "origins such as https://example.com"
)

# Whom TLS trusts, instead of the usual authorities, wherever it is spoken: OpenSSL
# reads the first variable (mail server, webhook, Redis, RabbitMQ), boto3 the second.
if CA_BUNDLE := certificates("CA_BUNDLE"):
    os.environ["SSL_CERT_FILE"] = os.environ["AWS_CA_BUNDLE"] = CA_BUNDLE

ROOT_URLCONF = "cloudintel.urls"
WSGI_APPLICATION = "cloudintel.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dashboard.context_processors.page_frame",
            ],
        },
    }
]

DATABASE_URL = url(
    "DATABASE_URL",
    f"sqlite:///{STATE_DIR / 'cloudintel.sqlite3'}",
    *("postgres", "postgresql", "sqlite"),
)
DATABASES = {"default": database(DATABASE_URL)}

# The console of pgbouncer, of whose pools the page of the database tells.
PGBOUNCER_URL = url("PGBOUNCER_URL", "", "postgres", "postgresql")
# Where metrics of the database are sent when somebody asks for it.
PUSHGATEWAY_URL = url("PUSHGATEWAY_URL", "", "https", "http").rstrip("/")
CLOUDWATCH_NAMESPACE = text(
    "CLOUDWATCH_NAMESPACE",
    *("", r"([A-Za-z][\w./#:-]{0,99})?", "a namespace such as Company/cloudintel"),
)
# Memory of each process, or Redis, which may be unreachable at any time.
CACHES = {"default": cache_url("CACHE_URL")}
if CACHES["default"]["BACKEND"] == "django.core.cache.backends.redis.RedisCache":
    CACHES["default"]["BACKEND"] = "core.api.patient_redis.PatientRedis"
    # The database answers sooner than a cache that must be waited for.
    patience = {"socket_connect_timeout": 0.1, "socket_timeout": 0.1}
    CACHES["default"]["OPTIONS"] = patience | CACHES["default"].get("OPTIONS", {})
# Counters of all processes of this machine, for /metrics. Set before
# prometheus_client is imported.
COUNTS_DIR = directory(STATE_DIR / "counts")
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(COUNTS_DIR)

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = "core.formats"

STATIC_URL = f"{SCRIPT_NAME}/static/"
STATIC_ROOT = directory(STATE_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "summary"
LOGOUT_REDIRECT_URL = "login"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "users.sign_in.Backend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "users.passwords.PasswordStrengthValidator"},
    {"NAME": "users.passwords.TokenRevokingValidator"},
]
# Another application on this host may use Django's names, or the path above.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_NAME = "cloudintel_session"
CSRF_COOKIE_NAME = "cloudintel_csrf"
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = SCRIPT_NAME or "/"
SESSION_ENGINE = "users.sessions"
SESSION_COOKIE_AGE = 3600 * positive("SESSION_HOURS", default=7 * 24)
# The number of proxies in front that append to X-Forwarded-For.
TRUSTED_PROXIES = positive("TRUSTED_PROXIES", default=0, least=0)
# An attempt during a lock does not extend it, so nobody can be locked out for good.
AXES_FAILURE_LIMIT = positive("SIGN_IN_FAILURES", default=5)
# Of one address with any names, as many people may share one.
SIGN_IN_FAILURES_PER_ADDRESS = positive("SIGN_IN_FAILURES_PER_ADDRESS", default=50)
AXES_COOLOFF_TIME = timedelta(minutes=positive("SIGN_IN_LOCK_MINUTES", default=15))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_HANDLER = "users.sign_in.LockOut"
AXES_CLIENT_IP_CALLABLE = "users.sign_in.sign_in_address"
AXES_LOCKOUT_CALLABLE = "users.sign_in.locked_out"
# Sign-ins are in our audit log; users/admin.py shows who is locked out.
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = AXES_VERBOSE = False
SECURE_COOKIES = boolean("SECURE_COOKIES", default=False)
SESSION_COOKIE_SECURE = SECURE_COOKIES
CSRF_COOKIE_SECURE = SECURE_COOKIES
if SECURE_COOKIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
# The proxy that terminates TLS redirects to it; other names of the domain are not ours.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]

# The process that tells open pages what changed; 0: none, and pages ask themselves.
LIVE_PORT = positive("LIVE_PORT", default=0, least=0, most=65535)
# Where workers look whether it is alive.
LIVE_URL = url("LIVE_URL", f"http://127.0.0.1:{LIVE_PORT}", "https", "http").rstrip("/")
WEB_PORT = positive("WEB_PORT", default=8000, most=65535)
LIVE_SOCKETS_PER_USER = positive("LIVE_SOCKETS_PER_USER", default=50)

REST_FRAMEWORK = FRAMEWORK | {
    # Counted in the cache, per user; unauthenticated requests are refused before.
    "DEFAULT_THROTTLE_RATES": {
        "user": f"{positive('API_REQUESTS_PER_MINUTE', default=600)}/min"
    },
    "NUM_PROXIES": TRUSTED_PROXIES,
}
TOKEN_DAYS = days("TOKEN_DAYS", default=90)
TOKENS_PER_USER = positive("TOKENS_PER_USER", default=20)
# Pages of these sites may call the API with a token; cookies stay on this one.
CORS_ALLOWED_ORIGINS = texts(
    "CORS_ALLOWED_ORIGINS", [], ORIGIN, "origins such as https://example.com"
)
CORS_URLS_REGEX = r"^/(api/|cost-|cpu-|sync-)"
CORS_EXPOSE_HEADERS = ["ETag", "Retry-After"]
SPECTACULAR_SETTINGS = SPECTACULAR | {"SERVERS": [{"url": SCRIPT_NAME or "/"}]}

# Each metric is billed ($0.01 per 1,000), so each is a choice: four statistics of the
# CPU and two of the network cost $0.06 per 1,000 instances and day.
CPU_STATISTICS = ["Average", "Maximum", "p99", "SampleCount"]
AWS_CPU_STATISTICS = one_of("AWS_CPU_STATISTICS", CPU_STATISTICS, CPU_STATISTICS)
AWS_NETWORK_METRICS = boolean("AWS_NETWORK_METRICS", default=True)
# Sizes of buckets: a metric for each storage class in use, and one of the objects.
AWS_BUCKET_METRICS = boolean("AWS_BUCKET_METRICS", default=True)
# Memory of instances, where the CloudWatch agent measures it: two metrics of each.
AWS_MEMORY_METRICS = boolean("AWS_MEMORY_METRICS", default=True)
# Use of databases, load balancers and NAT gateways: up to five metrics of each.
AWS_USAGE_METRICS = boolean("AWS_USAGE_METRICS", default=True)
# Utilization and coverage of reservations and savings plans: twelve questions to Cost
# Explorer a sync.
AWS_COMMITMENT_UTILIZATION = boolean("AWS_COMMITMENT_UTILIZATION", default=False)
# And of volumes whose speed is paid for: six metrics of each.
AWS_VOLUME_METRICS = boolean("AWS_VOLUME_METRICS", default=True)
AWS_CONNECT_TIMEOUT_SECONDS = positive("AWS_CONNECT_TIMEOUT_SECONDS", default=10)
AWS_READ_TIMEOUT_SECONDS = positive("AWS_READ_TIMEOUT_SECONDS", default=60)
AWS_MAX_ATTEMPTS = positive("AWS_MAX_ATTEMPTS", default=10)
AWS_REGION_WORKERS = positive("AWS_REGION_WORKERS", default=8)
AWS_COST_EXPLORER_REQUESTS_PER_SECOND = positive(
    "AWS_COST_EXPLORER_REQUESTS_PER_SECOND", default=5
)

# An emulated Azure, and the token that it takes instead of a login.
AZURE_ENDPOINT_URL = endpoint("AZURE_ENDPOINT_URL")
AZURE_ACCESS_TOKEN = given("AZURE_ACCESS_TOKEN")
AZURE_NETWORK_METRICS = boolean("AZURE_NETWORK_METRICS", default=True)
AZURE_STORAGE_METRICS = boolean("AZURE_STORAGE_METRICS", default=True)
# Use of databases, balancers, gateways and storage accounts: a batch of each 50.
AZURE_USAGE_METRICS = boolean("AZURE_USAGE_METRICS", default=True)
# And of attached disks whose speed is paid for.
AZURE_DISK_METRICS = boolean("AZURE_DISK_METRICS", default=True)
AZURE_CONNECT_TIMEOUT_SECONDS = positive("AZURE_CONNECT_TIMEOUT_SECONDS", default=10)
AZURE_READ_TIMEOUT_SECONDS = positive("AZURE_READ_TIMEOUT_SECONDS", default=60)
AZURE_MAX_ATTEMPTS = positive("AZURE_MAX_ATTEMPTS", default=10)
# Of one request, where Azure asks to be asked later.
AZURE_LONGEST_WAIT_SECONDS = positive("AZURE_LONGEST_WAIT_SECONDS", default=600)
AZURE_REGION_WORKERS = positive("AZURE_REGION_WORKERS", default=8)
# What a batch of metrics is taken to cost, as Microsoft names no price for it.
AZURE_METRICS_CALL_USD = dollars("AZURE_METRICS_CALL_USD") or Decimal(0)

# What an account's acting role never changes, each a key or a key=value, and how long
# one action waits for the cloud before it is to be run again.
ACTING_PROTECTED_TAGS = listed("ACTING_PROTECTED_TAGS", ["cloudintel:protected"])
ACTING_DEADLINE_SECONDS = positive("ACTING_DEADLINE_SECONDS", default=600)

# Costs are billed per page, so the whole history of Cost Explorer is read at once;
# metrics are billed per metric, not per day.
COST_FIRST_SYNC_DAYS = days("COST_FIRST_SYNC_DAYS", default=430)
CPU_FIRST_SYNC_DAYS = days("CPU_FIRST_SYNC_DAYS", default=90)
# The last days of metrics are read again, because samples may arrive late.
CPU_RESTATEMENT_DAYS = days("CPU_RESTATEMENT_DAYS", default=2)

# A run without a heartbeat for so long is abandoned and its window read again. It is
# longer than one request can take with all its retries.
RUN_ABANDONED_AFTER_SECONDS = positive("RUN_ABANDONED_AFTER_SECONDS", default=1800)
SYNC_INTERVAL_MINUTES = positive("SYNC_INTERVAL_MINUTES", default=1440)
# UTC; None: an interval after the last sync.
SYNC_AT = time_of_day("SYNC_AT")
SYNC_RETRY_MINUTES = positive("SYNC_RETRY_MINUTES", default=15)
# A queued run that no worker has started by then is dropped, and queued again if due.
QUEUE_GRACE_SECONDS = positive("QUEUE_GRACE_SECONDS", default=3600)
SYNC_TIME_LIMIT_SECONDS = positive("SYNC_TIME_LIMIT_SECONDS", default=4 * 3600)
# Of all requests of a UTC day; None: no limit.
AWS_API_DAILY_BUDGET_USD = dollars("AWS_API_DAILY_BUDGET_USD")

BACKFILL_WINDOW_DAYS = days("BACKFILL_WINDOW_DAYS", default=30)
BACKFILL_PARALLEL = positive("BACKFILL_PARALLEL", default=2)
BACKFILL_ATTEMPTS = positive("BACKFILL_ATTEMPTS", default=5)

FORECAST_SERVICES = positive("FORECAST_SERVICES", default=12)
ADVICE_THRESHOLDS = numbers("ADVICE_THRESHOLDS")
ANOMALY_LIMITS = numbers("ANOMALY_LIMITS")

# Directories on this machine, Redis or RabbitMQ. The database is the truth: a lost
# message loses nothing.
CELERY_BROKER_URL = broker_url(
    url(
        "CELERY_BROKER_URL",
        "filesystem://localhost//",
        *("redis", "rediss", "redis+socket", "unix"),
        *("amqp", "amqps", "filesystem", "memory"),
    )
)
CELERY_BROKER_USE_SSL = broker_tls(CELERY_BROKER_URL)
if CELERY_BROKER_URL.startswith("filesystem:"):
    CELERY_BROKER_TRANSPORT = "cloudintel.queue_files:Transport"
CELERY_BROKER_CONNECTION_TIMEOUT = CONNECT_SECONDS
# A page does not retry for minutes; a worker waits until it is back.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "max_retries": 1,
    **broker_options(CELERY_BROKER_URL, STATE_DIR / "queue", SYNC_TIME_LIMIT_SECONDS),
}
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = "UTC"
# A message is acknowledged when its task is done; a second delivery finds it started.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# At the soft limit a run is closed with the reason; at the hard one it is killed.
CELERY_TASK_SOFT_TIME_LIMIT = SYNC_TIME_LIMIT_SECONDS
CELERY_TASK_TIME_LIMIT = SYNC_TIME_LIMIT_SECONDS + 60
# A worker that is asked to stop waits so long for its runs, then they are queued again.
# Most supervisors kill a minute after they have asked.
WORKER_GRACE_SECONDS = positive("WORKER_GRACE_SECONDS", default=45)
# KiB, after which a child is replaced at the end of its task.
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000
# What is due is decided by the database, so nothing is sent twice. This schedule is
# written to the admin at the first start; what is changed there stays.
CELERY_BEAT_SCHEDULER = "syncs.scheduler.beat:Scheduler"
CELERY_BEAT_SCHEDULE = BEAT_SCHEDULE
# It stores each sending at once, by which the check of health sees that it runs.
CELERY_BEAT_SYNC_EVERY = 1

ALERT_EMAILS = texts("ALERT_EMAILS", [], EMAIL, "e-mail addresses")
ALERT_WEBHOOK_URL = url("ALERT_WEBHOOK_URL", "", "https", "http")
BASE_URL = url("BASE_URL", "", "https", "http").rstrip("/")
EMAIL_URL = url("EMAIL_URL", "consolemail://", *env.EMAIL_SCHEMES)
vars().update(env.email_url_config(EMAIL_URL))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = text(
    "DEFAULT_FROM_EMAIL", "cloudintel@localhost", FROM, "an e-mail address"
)

# Who proposes an action does not approve it.
REMEDIATION_SECOND_PERSON = boolean("REMEDIATION_SECOND_PERSON", default=True)
# Actions that are approved for one account on one UTC day.
REMEDIATION_DAILY_LIMIT = positive("REMEDIATION_DAILY_LIMIT", default=10)

# How large the database may grow; 0: unknown, and nothing is foreseen.
DATABASE_DISK_GIB = positive("DATABASE_DISK_GIB", default=0, least=0)

# By which metrics name this host; empty: by its own name, which containers change.
HOST_NAME = text("HOST_NAME", "", HOST_LABEL, "a name such as cloudintel-1")
# Points of system metrics; older ones are not taken. Their sums stay.
SYSTEM_METRICS_DAYS = days("SYSTEM_METRICS_DAYS", default=90)

ASSISTANT_KEEP_DAYS = days("ASSISTANT_KEEP_DAYS", default=90)
# OpenAI-compatible; empty: no question leaves this server.
ASSISTANT_MODEL_URL = url("ASSISTANT_MODEL_URL", "", "https", "http")
ASSISTANT_MODEL_KEY = given("ASSISTANT_MODEL_KEY")
ASSISTANT_MODEL = given("ASSISTANT_MODEL")

# The lines of bills, a Parquet file for each account and month.
LINE_ITEMS_DIR = Path(given("LINE_ITEMS_DIR", str(STATE_DIR / "line_items")))
# Empty: this process asks the files themselves.
LINE_ITEMS_ENGINE = url("LINE_ITEMS_ENGINE", "", "clickhouse", "clickhouses", "sc")
# Empty: no month is written as FOCUS by itself.
FOCUS_EXPORT_DIR = given("FOCUS_EXPORT_DIR")

ARCHIVE_PLACE = given("ARCHIVE_PLACE", str(STATE_DIR / "archives"))
# table=days, where they are not those of archives/retention/periods.py.
RETENTION_DAYS = numbers("RETENTION_DAYS")
RETENTION_DAILY = boolean("RETENTION_DAILY", default=True)

BACKUP_DAILY = boolean("BACKUP_DAILY", default=True)
BACKUP_AT = daily_at("BACKUP_AT", default="01:00")
BACKUP_PLACE = given("BACKUP_PLACE", str(STATE_DIR / "backups"))
# Each file is encrypted with a key that is derived from it; empty: none is.
BACKUP_KEY = secret("BACKUP_KEY", guessed="reads each backup")
# The directory of pg_dump and pg_restore; empty: where programs are found.
POSTGRES_PROGRAMS = given("POSTGRES_PROGRAMS")

# Empty: only manage.py scan looks for weaknesses.
SCAN_AT = time_of_day("SCAN_AT")
SCAN_ADVISORIES = given("SCAN_ADVISORIES")

LOG_LEVEL = one_of(
    "LOG_LEVEL", default=["WARNING"], allowed=["DEBUG", "INFO", "WARNING", "ERROR"]
)[0]
LOG_FORMAT = one_of("LOG_FORMAT", default=["plain"], allowed=["plain", "json"])[0]
LOGGING = logging_settings(LOG_LEVEL, LOG_FORMAT)
