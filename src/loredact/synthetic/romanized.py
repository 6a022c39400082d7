"""Names from languages of other scripts as papers in Latin letters have them, where Faker has them in their own script
or not at all. Each origin has women's names, men's names and family names."""

_ORIGINS = {
    "arabic": (
        "Fatima Aisha Mariam Layla Zainab Khadija Noor Amina Hala Rania Yasmin Salma Huda Samira Nadia Iman Dina Ghada Sawsan Reem Lina Farah Hanan Asmaa Souad Maysoon Rasha Abeer",
        "Mohammed Ahmad Ali Omar Hassan Youssef Khaled Mahmoud Ibrahim Tariq Samir Bilal Karim Mustafa Faisal Walid Nabil Rachid Hamza Ziad Abdullah Abdelrahman Jamal Anwar Hisham Bashar Munir Adel",
        "Al-Masri Haddad Khoury Nasser Mansour El-Sayed Al-Hassan Abdallah Saleh Hamdan Qasim Darwish Al-Khatib Benali Bouazizi Chaouch Najjar Shaheen Al-Jabri Ghanem Rahman Sabbagh Awad Zidan Barakat Al-Otaibi Mezher Tahiri",
    ),
    "persian": (
        "Shirin Parisa Maryam Nasrin Azadeh Leila Mahsa Niloufar Golnaz Roya Setareh Zahra Sepideh Neda Fereshteh Mina",
        "Reza Hossein Mehdi Amir Behrouz Dariush Kaveh Farhad Babak Siamak Arash Mohsen Ramin Payam Saeed Kourosh Hamid Javad Ehsan Pouya Navid Farid Omid",
        "Hosseini Ahmadi Mohammadi Karimi Rezaei Moradi Jafari Rahimi Tehrani Shirazi Farahani Golzar Ebadi Sadeghi Kazemi Zandi Nikpour Bahrami",
    ),
    "korean": (
        "Ji-woo Min-ji Soo-yeon Hye-jin Eun-ji Seo-yeon Yuna Ha-eun Mi-sook Young-hee Jiyoung Da-hye",
        "Min-jun Seung-ho Ji-hoon Sung-min Hyun-woo Jae-won Dong-hyun Tae-yang Joon-ho Kyung-soo Woo-jin Yong-su Seok-jin Chan-woo Beom-seok In-ho Kwang-min",
        "Kim Lee Park Choi Jung Kang Cho Yoon Jang Lim Han Oh Seo Shin Kwon Hwang Ahn Song Ryu Hong",
    ),
    "chinese": (
        "Xiaomei Li Jing Meiling Yan Fang Xiuying Hui Lanying Yuxin Ruoxi Jiayi Xinyi Qian Siyu Ting",
        "Wei Jianguo Hao Ming Xiaolong Jun Zhiyuan Haoran Lei Guoqiang Bo Yichen Zihan Chao Tao Minghao",
        "Wang Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Gao Lin Luo Zheng Xie Tang Deng Ouyang Feng Cai",
    ),
    "indian": (
        "Priya Anjali Lakshmi Sunita Kavya Deepika Meera Pooja Shreya Ananya Divya Revathi Gurpreet Harleen Padma Ishita",
        "Rajesh Arjun Vikram Sanjay Anil Suresh Rahul Karthik Ramesh Venkatesh Harpreet Manoj Aditya Siddharth Prakash Dinesh",
        "Sharma Patel Singh Kumar Gupta Reddy Iyer Nair Menon Chatterjee Banerjee Mukherjee Rao Desai Joshi Kaur Gill Subramanian Krishnan Pillai Agarwal Kapoor Bhattacharya",
    ),
    "japanese": (
        "Yuki Sakura Haruka Keiko Naoko Aiko Mei Rin Ayumi Emi Kazuko Misaki Noriko Tomoko",
        "Hiroshi Takeshi Kenji Haruto Satoshi Daisuke Kazuo Ryota Shinji Makoto Yuto Naoki Akira Tetsuya",
        "Sato Suzuki Takahashi Tanaka Watanabe Ito Yamamoto Nakamura Kobayashi Kato Yoshida Yamada Sasaki Matsumoto Inoue Kimura Hayashi Shimizu Mori Ōno",
    ),
    "vietnamese": (
        "Thu Trang Ngọc Anh Lan Mai Phương Hương Thảo Linh Thanh Hà My Quỳnh Yen Tuyet Bich",
        "Minh Hùng Dũng Tuấn Long Quang Đức Nam Hoàng Huy Sơn Khanh Duc Tuan Phuc Bao",
        "Nguyễn Trần Lê Phạm Huỳnh Hoàng Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Nguyen Tran Pham Vo Dang",
    ),
    "african": (
        "Chioma Ngozi Adaeze Funmilayo Folake Amara Abena Akosua Wanjiru Achieng Nomvula Thandiwe Mariama Fatou Awa Tigist Hirut Selam Zawadi Aminata",
        "Chinedu Emeka Oluwaseun Babatunde Tunde Kwame Kofi Kwabena Otieno Kamau Sipho Thabo Mamadou Ousmane Cheikh Tesfaye Dawit Abebe Jabari Ibrahima",
        "Okafor Adeyemi Okonkwo Eze Balogun Mensah Owusu Boateng Asante Mwangi Odhiambo Wanjiku Dlamini Nkosi Mokoena Diallo Traoré Ndiaye Diop Keita Tekle Haile Gebremariam Bekele Abiola Nwosu",
    ),
    "turkish": (
        "Ayşe Emine Zeynep Elif Gülşen Merve Özlem Hatice Şule Derya Ebru Nurcan Fatma Aylin Pınar",
        "Mehmet Mustafa Hüseyin Emre Murat Yusuf Hakan Serkan Cem Ömer Oğuz Kadir Barış Tolga Ümit Uğur",
        "Yılmaz Kaya Demir Şahin Çelik Yıldız Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan Çetin Kara Koç Kurt Özkan Şimşek Güneş Erdoğan Yildirim",
    ),
    "slavic": (
        "Olena Oksana Natalia Svetlana Tatiana Iryna Yulia Kateryna Lyudmila Snezhana Desislava Milica Jelena Dragana Nadezhda Halyna",
        "Oleksandr Volodymyr Dmitry Sergei Andrii Mykola Yevgeny Bogdan Dragan Goran Zoran Stoyan Dimitar Vasyl Ihor Miloš",
        "Kovalenko Shevchenko Bondarenko Tkachenko Melnyk Ivanova Petrov Sokolov Popović Jovanović Nikolić Dimitrov Georgiev Todorov Kuznetsov Smirnova Lysenko Marchenko Hrytsenko Stojanović",
    ),
}  # fmt: skip
NAMES: tuple[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]], ...] = tuple(
    (tuple(women.split()), tuple(men.split()), tuple(families.split())) for women, men, families in _ORIGINS.values()
)
