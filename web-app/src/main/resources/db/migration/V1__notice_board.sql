-- The notice board. Runs on MySQL 8.4 and newer and on MariaDB 10.11 and newer.
--
-- The collation is one that both engines have; it ignores case and accents, and, other than utf8mb4_unicode_ci, tells one
-- emoji from another. Times are UTC.

create table notice (
  id         binary(16)    not null,
  version    int           not null,
  title      varchar(120)  not null,
  body       varchar(5000) not null,
  author     varchar(60)   not null,
  created_at datetime(3)   not null,
  primary key (id),
  key notice_newest (created_at, id)
) engine = InnoDB default character set utf8mb4 collate utf8mb4_unicode_520_ci;

create table comment (
  id         binary(16)    not null,
  version    int           not null,
  notice_id  binary(16)    not null,
  body       varchar(2000) not null,
  author     varchar(60)   not null,
  created_at datetime(3)   not null,
  primary key (id),
  key comment_of_notice (notice_id, created_at, id),
  constraint comment_notice foreign key (notice_id) references notice (id)
) engine = InnoDB default character set utf8mb4 collate utf8mb4_unicode_520_ci;

-- One row a post, written in the post's own transaction: it is there if and only if the post was done.
create table idempotency (
  idempotency_key binary(16)  not null,
  fingerprint     char(64)    not null,
  resource_id     binary(16)  not null,
  created_at      datetime(3) not null,
  primary key (idempotency_key)
) engine = InnoDB default character set ascii collate ascii_bin;

-- How far the made-up notices have come. Its one row is locked while a batch is written, so that several instances take turns.
create table seeding (
  id         tinyint     not null,
  wanted     int         not null,
  random     bigint      not null,
  done       int         not null,
  newest_at  datetime(3) not null,
  primary key (id)
) engine = InnoDB default character set ascii collate ascii_bin;
