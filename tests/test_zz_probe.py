import os
os.environ["ENV_FILE"]=""
import pytest
from decimal import Decimal as D
from datetime import date
from django.db.models import F, Sum, Avg, Value
from django.db.models.functions import Coalesce
from django.contrib.auth.models import User
from rest_framework.test import APIClient
pytestmark = pytest.mark.django_db
def mk():
    from syncs.models import CloudAccount
    from costs.models import DailyCost, CostTotal
    a = CloudAccount.objects.create(account_id="1"*12, name="a")
    DailyCost.objects.create(account=a, day=date(2026,6,1), sub_account_id="1"*12, service="Other", charge_category="Usage", currency="USD", billed=D("1.5"), effective=D("2.25"), is_estimated=False)
    CostTotal.objects.create(account=a, day=date(2026,6,1), currency="USD", billed=D("1.5"), effective=D("2.25"), is_estimated=False)
    return a
@pytest.mark.parametrize("e", [
 lambda: F("billed")+D("0.1"), lambda: F("billed")+F("effective"), lambda: F("billed")*2, lambda: Coalesce("billed", Value(D("0.5"))), lambda: Coalesce("billed", D("0.5")), lambda: -F("billed")])
def test_f(e, capsys):
    from costs.models import DailyCost
    mk()
    try: r = DailyCost.objects.annotate(x=e()).values_list("x", flat=True)[0]
    except Exception as x: r = repr(x)
    with capsys.disabled(): print("\nF", r)
def test_agg(capsys):
    from costs.models import DailyCost
    mk()
    with capsys.disabled():
        print("\navg", DailyCost.objects.aggregate(a=Avg("billed"), s=Sum("billed", default=D("3.5")), n=Sum("billed", filter=F("billed") if 0 else None)))
        print(DailyCost.objects.none().aggregate(s=Sum("billed", default=D("3.5"))), DailyCost.objects.filter(day="2001-01-01").aggregate(s=Sum("billed", default=D("3.5"))))
        for e in (lambda: DailyCost.objects.update(billed=F("billed")+D("0.1")), lambda: DailyCost.objects.update(billed=F("effective"))):
            try: e()
            except Exception as x: print(repr(x))
            print("upd", DailyCost.objects.get().billed)
        for v in ("922337203.6854775807","922337203.6854775808","1e18","1e40"):
            try: print(DailyCost.objects.filter(billed__gt=D(v)).count(), DailyCost.objects.update(billed=D(v)))
            except Exception as x: print(v, repr(x))
@pytest.mark.parametrize("u", [
 "costs/?format=csv&bogus=1", "costs/?amount_min=1e30", "costs/trend/?limit=100000000000000000000000", "costs/?service=a%00", "costs/?account=%00", "costs/summary/?start=0001-01-01&end=2026-01-01","costs/trend/?end=0001-01-05","costs/trend/?start=9999-12-01&end=9999-12-31&granularity=monthly", "costs/?start=01/02/2026","costs/?page_size=abc", "costs/?page=0", "costs/?page=abc", "instances/?tag=0:x", "costs/?amount_min=NaN", "instances/99999999999999999999999/", "instances/abc/", "costs/?search=%00", "runs/?status=x", "runs/?dataset=x", "cpu/?instance=%00", "cpu/trend/?start=2026-01-01&end=2025-01-01","costs/?currency=%00", "cpu/trend/?region=x&page=2","costs/?amount_min=0.00000000000000000001"])
def test_u(u, capsys):
    mk()
    c = APIClient(raise_request_exception=False); c.force_login(User.objects.create_superuser("x"))
    r = c.get("/api/v1/"+u)
    with capsys.disabled():
        try: body = (b"".join(r.streaming_content) if r.streaming else r.content)[:160]
        except Exception as x: body = repr(x)
        print("\n", u, r.status_code, body)
@pytest.mark.parametrize("u", ["/api/schema/","/api/docs/"])
def test_open(u, capsys):
    r = APIClient().get(u)
    with capsys.disabled(): print(u, r.status_code)
@pytest.mark.parametrize("key", ["plain","0",'a"b',"a.b","ключ","a\\b","a:b","a b","","a'b","$x","{x}"])
def test_tag(key, capsys):
    from inventory.models import Instance
    from datetime import datetime, UTC
    a=mk(); n=datetime.now(UTC)
    Instance.objects.create(account=a, instance_id="i-1", region="r", state="running", lifecycle="on-demand", first_seen_at=n,last_seen_at=n,tags={key:"v", "2":"zz"})
    with capsys.disabled(): print("tag", key, Instance.objects.tagged(key,"v").count(), Instance.objects.tagged(key).count())
