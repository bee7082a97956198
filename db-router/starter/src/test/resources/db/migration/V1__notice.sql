create table notice (
  id bigint not null auto_increment primary key,
  text varchar(200) not null
) engine = InnoDB default character set utf8mb4;
