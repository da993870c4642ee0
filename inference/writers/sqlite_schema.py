"""The database that `inference.writers.sqlite` writes, with what its tables and columns mean."""

#: Kept in the file as ``PRAGMA user_version``; goes up when a table changes.
VERSION = 2

#: SQLite keeps these comments: ``.schema`` in its shell shows them.
SCHEMA = """
CREATE TABLE sources (
  id         INTEGER PRIMARY KEY,  -- in order of reading, from 1
  report     TEXT NOT NULL,        -- the report's id
  title      TEXT,
  url        TEXT,
  place_id   INTEGER REFERENCES places (id),
  date       TEXT,                 -- ISO 8601
  model      TEXT,                 -- name@version; null for annotated reports
  characters INTEGER NOT NULL,
  error      TEXT                  -- why it could not be read; null when it was
);
CREATE TABLE places (
  id       INTEGER PRIMARY KEY,
  text     TEXT NOT NULL,          -- as written
  province TEXT,
  city     TEXT,
  county   TEXT,
  code     TEXT,                   -- GB/T 2260, of the lowest level named
  source   TEXT NOT NULL           -- sentence: its own sentence names it; report: the report's place
);
CREATE TABLE evidence (
  id             INTEGER PRIMARY KEY,
  source_id      INTEGER NOT NULL REFERENCES sources (id),
  start          INTEGER NOT NULL, -- code points of the report's raw text
  "end"          INTEGER NOT NULL, -- exclusive
  text           TEXT NOT NULL,
  sentence_start INTEGER NOT NULL,
  sentence_end   INTEGER NOT NULL,
  sentence       TEXT NOT NULL,
  confidence     REAL              -- null for annotated spans
);
CREATE TABLE projects (
  id           INTEGER PRIMARY KEY,
  name         TEXT NOT NULL,
  stage        TEXT NOT NULL,      -- the furthest stated
  value        TEXT,               -- of the sum that stands for it: investment, else contract, else received
  value_fen    INTEGER,
  currency     TEXT,
  role         TEXT,
  place_id     INTEGER REFERENCES places (id),
  organisation TEXT,
  industry     TEXT,
  period       TEXT,               -- as written
  period_start TEXT,               -- ISO 8601, included
  period_end   TEXT                -- ISO 8601, included
);
CREATE TABLE project_aliases (
  project_id INTEGER NOT NULL REFERENCES projects (id),
  alias      TEXT NOT NULL,
  PRIMARY KEY (project_id, alias)
) WITHOUT ROWID;
CREATE TABLE project_conflicts (   -- what its mentions disagree on
  project_id INTEGER NOT NULL REFERENCES projects (id),
  what       TEXT NOT NULL,        -- amount, stage or place
  PRIMARY KEY (project_id, what)
) WITHOUT ROWID;
CREATE TABLE project_mentions (
  project_id  INTEGER NOT NULL REFERENCES projects (id),
  evidence_id INTEGER NOT NULL REFERENCES evidence (id),
  stage       TEXT NOT NULL,       -- as this mention says
  PRIMARY KEY (project_id, evidence_id)
) WITHOUT ROWID;
CREATE TABLE amounts (
  id           INTEGER PRIMARY KEY,
  project_id   INTEGER REFERENCES projects (id), -- the project it is given to, or null
  role         TEXT NOT NULL,
  target       INTEGER NOT NULL CHECK (target IN (0, 1)),
  part         TEXT,               -- what of the project it pays for (一期, 设备, 年度); null for the whole
  value        TEXT,               -- exact decimal, in units of the currency
  value_fen    INTEGER,            -- the same times 100, for sums; null where that is no whole number
  low          TEXT,               -- of a range
  high         TEXT,
  currency     TEXT NOT NULL,      -- ISO 4217
  per          TEXT,               -- what the sum is for one of
  bound        TEXT NOT NULL,      -- exact, about, at_least, at_most, more_than, less_than
  text         TEXT NOT NULL,
  reason       TEXT,               -- why it could not be read
  place_id     INTEGER REFERENCES places (id),
  period       TEXT,
  period_start TEXT,
  period_end   TEXT,
  evidence_id  INTEGER NOT NULL REFERENCES evidence (id)
);
CREATE TABLE measures (
  id           INTEGER PRIMARY KEY,
  text         TEXT NOT NULL,
  category     TEXT NOT NULL,
  planned      INTEGER NOT NULL CHECK (planned IN (0, 1)),
  place_id     INTEGER REFERENCES places (id),
  period       TEXT,
  period_start TEXT,
  period_end   TEXT,
  evidence_id  INTEGER NOT NULL REFERENCES evidence (id)
);
CREATE TABLE indicators (          -- totals that a report states
  id           INTEGER PRIMARY KEY,
  metric       TEXT NOT NULL,
  count        TEXT,               -- exact decimal, in `unit`; null for money
  unit         TEXT,
  value        TEXT,               -- money, as in amounts; null for a count
  value_fen    INTEGER,
  low          TEXT,
  high         TEXT,
  currency     TEXT,
  per          TEXT,
  bound        TEXT,
  text         TEXT,
  reason       TEXT,
  change       TEXT,               -- growth in per cent
  scope        TEXT,
  place_id     INTEGER REFERENCES places (id),
  period       TEXT,
  period_start TEXT,
  period_end   TEXT,
  evidence_id  INTEGER NOT NULL REFERENCES evidence (id)
);
CREATE INDEX sources_report ON sources (report);
CREATE INDEX evidence_source ON evidence (source_id, start);
CREATE INDEX amounts_project ON amounts (project_id);
CREATE INDEX projects_place ON projects (place_id);

-- Projects and their sums in yuan by place; what is in another currency counts without its sum.
CREATE VIEW projects_by_place AS
SELECT
  province, city, county,
  count(*) AS projects,
  count(value_fen) FILTER (WHERE currency = 'CNY') AS projects_with_sum,
  sum(value_fen) FILTER (WHERE currency = 'CNY') AS value_fen,
  sum(stage = 'negotiation') AS negotiation,
  sum(stage = 'signed') AS signed,
  sum(stage = 'landed') AS landed,
  sum(stage = 'construction') AS construction,
  sum(stage = 'production') AS production
FROM projects LEFT JOIN places ON places.id = projects.place_id
GROUP BY province, city, county
ORDER BY value_fen DESC NULLS LAST, projects DESC;

-- Money agreed against money in place, by place and year: the largest total that a report states for
-- each. Totals of one year are cumulative and repeat each other, so they are not added up. Goals,
-- sums of single projects, sums per unit and other currencies are left out.
CREATE VIEW signed_vs_received AS
SELECT *, round(100.0 * received_fen / signed_fen, 1) AS received_percent
FROM (
  SELECT
    province, city, county,
    substr(amounts.period_end, 1, 4) AS year,
    max(value_fen) FILTER (WHERE role = 'contract') AS signed_fen,
    max(value_fen) FILTER (WHERE role = 'received') AS received_fen
  FROM amounts LEFT JOIN places ON places.id = amounts.place_id
  WHERE project_id IS NULL AND NOT target AND per IS NULL AND currency = 'CNY'
    AND role IN ('contract', 'received')
  GROUP BY province, city, county, year
)
ORDER BY province, city, county, year;
"""
